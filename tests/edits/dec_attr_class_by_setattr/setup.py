import m
c = m.C()
assert c.describe() == "a:C"
