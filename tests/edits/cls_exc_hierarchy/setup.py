import e,u
x=e.C(1)
assert u.t(x)=='A'
