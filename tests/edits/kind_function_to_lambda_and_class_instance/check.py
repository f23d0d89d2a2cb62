assert m.f(1) == f(1) == ('lambda', 1)
