assert m.P.RW is rw and not hasattr(m.P,'X')
assert ~r == m.P.W
assert raises(ValueError, m.P, 4)
assert [x.name for x in m.P]==['R','W']
