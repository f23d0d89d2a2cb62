# refused
assert a.f()==1 and a.L==[] and o.x==1 and not hasattr(o,'y')
