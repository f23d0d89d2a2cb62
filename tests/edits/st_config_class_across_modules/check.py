assert m.GRID == [0, 0, 0] and m.LABEL == "b!" and m.f() == 3
assert m.FROM_INSTANCE == 4
assert m.STATE is state
