assert (pkg.SIZE, pkg.DOUBLE) == (10, 20)
assert (m.TRIPLE, m.FOUR, m.FIVE) == (30, 40, 50)
