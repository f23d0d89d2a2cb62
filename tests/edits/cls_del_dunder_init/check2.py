n=m.C(5)
assert n.x==5 and raises(TypeError,m.C) and not hasattr(n,'made')
