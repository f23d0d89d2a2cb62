# refused
assert a.K==1 and b.K==1 and b.L==2 and K==1
