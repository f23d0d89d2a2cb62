import m
assert m.A() == 'a2' and m.B() == 'b2' and A() == 'a2' and B() == 'b2'
