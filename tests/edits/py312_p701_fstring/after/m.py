def f(x): return f'{x!r:<{5}}|{'b' + f'{x}'}'
