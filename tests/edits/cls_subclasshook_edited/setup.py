import m
d = m.Duck()
assert isinstance(d, m.Quacks)
