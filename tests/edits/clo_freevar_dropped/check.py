assert f(3) == ('new', 2, 3) and make(1, 5)(3) == ('new', 5, 3)
