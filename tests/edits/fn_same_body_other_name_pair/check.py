assert (first(), second(), m.third()) == (2, 1, 2)
assert m.first is first and m.second is second
