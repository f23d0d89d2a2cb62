# refused
assert m.C(3).x == 3 and str(inspect.signature(m.C)) == "(x)"
assert type("D", (m.C,), {})(4).x == 4
