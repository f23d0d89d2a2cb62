assert d[m.K(1)] == "v" and m.K(1) in s
assert repr(k) == "K(1)"
assert k != 1
