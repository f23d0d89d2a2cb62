assert f(1, 2, e=4) == (1, 2, 3, 4)
assert str(inspect.signature(f)) == "(a, /, b, *, c=3, e)"
assert raises(TypeError, f, 1)
