def f(x): return f'{x!r:>{10}} {'a'}'
