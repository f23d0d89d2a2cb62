import m
c = m.C()
assert c.order == ["a", "b"] and c.prepared
