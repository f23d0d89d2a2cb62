assert m.f()==(1,{'s':1}) and m.f()[1] is d
