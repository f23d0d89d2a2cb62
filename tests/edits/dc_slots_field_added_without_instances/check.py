assert m.P(1) == m.P(1, 2) and repr(m.P(1)) == "P(x=1, y=2)"
assert P(1) == m.P(1) and not hasattr(m.P(1), "__dict__")
