assert a.n==1 and b.n==20 and a<b and repr(a)=='A!' and m.A([1])==a
