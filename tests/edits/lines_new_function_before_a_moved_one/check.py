import inspect
assert inspect.getsource(m.g).startswith('def g')
assert 8 == m.g.__code__.co_firstlineno
assert 11 == m.f.__closure__[0].cell_contents.__code__.co_firstlineno
