assert p.x.f()==2 and p.y.g()==3
