# refused
assert p == P(1) and repr(p) == 'P(x=1, y=1)'
