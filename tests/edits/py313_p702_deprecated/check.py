assert f()==2 and m.f.__deprecated__=='use h' and c.go()==2 and c.more()==3 and isinstance(m.C(), m.C)
