import m
assert f() == g() == 2 and m.g is m.f is f
