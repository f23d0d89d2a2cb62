assert m.f(1) == f(1) == ('def2', 1)
