assert m.f(1)=='1    |b1'
