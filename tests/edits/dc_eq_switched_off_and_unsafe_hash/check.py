assert a != m.A(1) and hash(a) == object.__hash__(a)
assert hash(b) == hash(m.B(1)) and b == m.B(1)
