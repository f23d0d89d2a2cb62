assert m.make(1).x==1 and make(1).x==1 and L[0](1).x==1 and p().x==1
