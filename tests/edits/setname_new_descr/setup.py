import m
c=m.C()
assert c.a==('a','C')
