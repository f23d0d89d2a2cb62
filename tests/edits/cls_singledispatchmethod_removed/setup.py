import m
c=m.C()
assert c.f(1)=='i'
