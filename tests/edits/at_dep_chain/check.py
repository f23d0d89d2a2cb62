# refused
assert a.K==1 and o.n==1 and o.m==2 and c.V==2 and a.A.n==1
