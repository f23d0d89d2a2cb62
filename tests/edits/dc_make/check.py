assert m.mk().y==3 and p.x==1
