assert m.T is T
assert b.get() == ("new", 1) and IntBox(2).get() == ("new", 2)
assert IntBox == m.Box[int]
assert m.Pair[int, str](3).get() == ("new", 3)
