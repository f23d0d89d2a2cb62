m.add(2)
assert m.ITEMS == {2}
