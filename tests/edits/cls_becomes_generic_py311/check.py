assert a.go()==2 and m.A[int] and isinstance(a,m.A) and issubclass(m.A, m.Generic)
