# refused
assert m.E.A is a and a.value==1 and m.E(1) is a and list(m.E)==[a] and repr(d)=='D(x=1)' and c.go()==1 and m.C.__mro__==(m.C,m.B,object) and m.TOTAL is tot and raises(TypeError, lambda: m.D()<m.D())
