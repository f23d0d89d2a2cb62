# refused
assert a.SIZE == 2 and b.SIZE == 2 and b.GRID is grid == [0, 0]
