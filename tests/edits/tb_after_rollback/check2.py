import linecache
assert "v1" in str(last(m.f)) and "c1" in str(last(c.go))
assert inspect.getsource(m.f) == 'def f():\n    raise KeyError("v1")\n'
assert inspect.getsourcelines(m.C)[1] == 5 and m.C.go.__code__.co_firstlineno == 6
