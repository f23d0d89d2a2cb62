assert b.Sub().x == 10 and b.Sub().z == 3 and repr(b.Sub()) == 'Sub(x=10, z=3, y=2)', repr(b.Sub())
assert s.x == 1 and s.total() == 3
