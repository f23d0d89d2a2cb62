assert h()=='ß2' and å.τ()=='o' and m.f()==2
