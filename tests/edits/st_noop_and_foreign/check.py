assert m.X==[1] and m.f()==1
