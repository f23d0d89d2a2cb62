assert old(2) == (20, 20)
assert m.make(3)(1) == (30, 30)
