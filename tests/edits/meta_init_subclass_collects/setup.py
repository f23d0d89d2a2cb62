import base, m
s = m.Shop()
assert s.actions == ["buy"]
