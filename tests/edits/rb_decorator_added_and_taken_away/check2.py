assert m.f is f and f(1) == held[0](1) == (1, 1) and f.__doc__ == "doc"
assert str(inspect.signature(f)) == "(x, y=1)"
