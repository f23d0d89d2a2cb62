assert m.f() == 1 and m.LOG == [1, 1, 3, 1]
