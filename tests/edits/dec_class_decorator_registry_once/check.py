assert m.REG==[m.A,m.B] and a.x==2 and a.y==3
