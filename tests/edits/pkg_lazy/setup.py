import p
assert p.x.f()==1
