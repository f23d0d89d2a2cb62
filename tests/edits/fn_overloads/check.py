assert m.f is keep is f
assert f(2) == 4
