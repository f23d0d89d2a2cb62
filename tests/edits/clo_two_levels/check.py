assert inner(3) == (3, 2, 1) and mid(5)(6) == (6, 5, 1)
