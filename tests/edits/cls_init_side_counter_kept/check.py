m.Counter()
assert m.Counter.total == 102
assert len(m.Counter.registry) == 3
