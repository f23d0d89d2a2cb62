assert f(3) == (2, 1, 3)
