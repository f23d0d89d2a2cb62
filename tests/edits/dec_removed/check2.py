assert m.f(1) == ('loud', 2) and f(1) == ('loud', 2) and cbs[0](1) == ('loud', 2)
