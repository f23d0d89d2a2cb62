assert p.kind == 'point' and p.double == 6 and raises(AttributeError, setattr, p, 'q', 1)
