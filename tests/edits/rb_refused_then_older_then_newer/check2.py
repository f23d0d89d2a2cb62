assert m.f() == 300 and m.LOG == [1, 1, 3]
