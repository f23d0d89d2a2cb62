assert f(3)==('n',3,5,6) and g(3)==('n',2,6,3) and len(m.f.calls)==3
