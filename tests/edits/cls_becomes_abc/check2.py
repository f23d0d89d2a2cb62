assert a.go()==b.go()==3 and not isinstance(a,ABC) and isinstance(a,m.A)
