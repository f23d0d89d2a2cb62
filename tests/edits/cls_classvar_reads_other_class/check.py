assert m.Grid.CELLS == [0] * 5
assert g.n() == 5
