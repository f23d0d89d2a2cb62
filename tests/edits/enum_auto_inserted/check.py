assert m.E.A is a and m.E.C is c and c.value == 3
assert m.E(2) is m.E.B and m.E(3) is c
assert list(m.E) == [a, m.E.B, c] and m.E.first() is a
