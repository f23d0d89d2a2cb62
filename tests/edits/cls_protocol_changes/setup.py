import m
a, b = m.A(), m.B()
assert isinstance(a, m.Runner) and isinstance(b, m.Runner)
