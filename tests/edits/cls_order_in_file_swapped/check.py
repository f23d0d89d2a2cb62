import m
assert a.f() == 'A2' and b.f() == 'B2' and m.A is A and m.B is B
