import inspect
assert m.X is x and m.C.y is y and m.f is f and m.C.go is go
assert (f.__code__.co_firstlineno, go.__code__.co_firstlineno) == (8, 18)
assert "# inside" in inspect.getsource(f)
