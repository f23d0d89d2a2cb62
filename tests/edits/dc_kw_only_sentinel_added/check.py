assert raises(TypeError, m.P, 1, 2)
assert m.P(1, y=2) == p
assert m.P.__match_args__ == ("x",)
