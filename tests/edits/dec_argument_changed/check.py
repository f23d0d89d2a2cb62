assert m.f(1) == [1, 1, 1] and f(1) == [1, 1, 1] and held[0](2) == [2, 2, 2] and m.f is f
