assert a.go()==2 and b.go()==(2,'B2') and isinstance(a,m.A) and isinstance(b,m.B) and isinstance(b,m.A)
