assert a.marked and type(a) is m.A
assert type(b) is m.B
