assert (b.one.x, b.one.y, b.one.z, b.one.tags) == (1, 2, 9, [])
assert b.Sub(1, 5, ["t"], 7).z == 7
assert repr(b.Sub(1)) == "Sub(x=1, y=2, tags=[], z=9)"
assert b.one == b.Sub(1)
