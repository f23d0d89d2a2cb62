# refused
assert a.f()==1 and a.K==2 and b.L==2
