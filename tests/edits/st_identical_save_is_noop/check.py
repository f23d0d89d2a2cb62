assert m.LOG == [1, 2]
