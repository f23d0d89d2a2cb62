import m
assert m.b()=='b'
