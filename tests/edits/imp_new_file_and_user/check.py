import n
assert n.g() == 11
