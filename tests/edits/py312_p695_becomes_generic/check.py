assert f(1)==(1,) and m.A().go()==2 and m.A[int] and a.go()==2 and isinstance(a,m.A)
