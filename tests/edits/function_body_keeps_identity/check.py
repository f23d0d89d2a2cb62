import m
assert m.f is f and f(1) == 11 and held[m.f] == 1
