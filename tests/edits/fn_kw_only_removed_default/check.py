assert raises(TypeError, f, 1) and f(1, 2) == (1, 2)
