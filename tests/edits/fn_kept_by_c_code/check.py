assert list(it) == [20, 30] and m.MAPPED is it
assert m.REDUCE([2, 3, 4]) == 24
assert sorted([1, 3, 2], key=m.SORT) == [3, 2, 1]
