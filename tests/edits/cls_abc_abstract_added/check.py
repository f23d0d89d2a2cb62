assert raises(TypeError, m.Sub) and s.a() == 1
