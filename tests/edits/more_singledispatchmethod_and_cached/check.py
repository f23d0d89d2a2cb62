assert [p.show(v) for v in (1.0, 1, "s")] == ["ANY", "INT", "STR"]
assert p.conf is conf and m.P().conf == {"n": 2}
