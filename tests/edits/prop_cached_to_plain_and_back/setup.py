import m
c, d = m.C(), m.C()
assert c.v == ("cached", 1)
