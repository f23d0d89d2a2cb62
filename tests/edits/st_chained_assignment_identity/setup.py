import m
m.a.append(1)
assert m.a is m.b
