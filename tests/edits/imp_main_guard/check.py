assert m.x==2
