def h(x): return ('h1',x)
def g():
    for i in range(3):
        yield h(i)
