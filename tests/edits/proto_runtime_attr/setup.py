import m
i=m.I()
assert not isinstance(i,m.Q)
