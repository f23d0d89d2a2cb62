assert list(g()) == [2, 3, 4]
