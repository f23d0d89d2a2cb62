import m
p,q=m.P(1),m.P(1)
assert p!=q and hash(p)
