import m
c = m.C()
assert c.get_a() == "a"
