# refused
assert [p.n for p in ps] == list(range(5)) and [p.items for p in ps] == [[i] for i in range(5)]
assert all(not hasattr(p, 'm') for p in ps) and all(p.items is l for p, l in zip(ps, lists))
assert not hasattr(m.P, '__migrate__')
