assert m.f(1) == 1 and f(1) == 1 and cbs[0](1) == 1
