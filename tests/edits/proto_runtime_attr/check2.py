assert not isinstance(i,m.Q)
i.name='x'
assert isinstance(i,m.Q)
