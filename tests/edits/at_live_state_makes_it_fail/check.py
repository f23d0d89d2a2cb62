# refused
assert m.f() == 'old' and m.X == 1 and m.STATE == ['boom'], m.STATE
