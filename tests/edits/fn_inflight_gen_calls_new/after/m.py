def h(x): return ('h2',x)
def g():
    yield 'new'
