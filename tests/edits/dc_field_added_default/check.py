assert p.y == 7 and m.P(1) == p and dataclasses.asdict(p) == {'x': 1, 'y': 7}
assert [f.name for f in dataclasses.fields(p)] == ['x', 'y']
assert dataclasses.replace(p, y=1).y == 1
