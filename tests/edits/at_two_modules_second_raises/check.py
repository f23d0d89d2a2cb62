# refused
assert a.f() == 'v1' and b.g() == 'v1' and a.LOG == [] and a.X == 1
