# refused
assert a.f() == 'old' and a.k == 1
