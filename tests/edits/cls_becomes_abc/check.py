from abc import ABC
assert a.go()==b.go()==2 and isinstance(b,ABC) and isinstance(a,m.A) and isinstance(a,ABC) and m.A().go()==2
