import functools
@functools.lru_cache
def f(a,b): return a*10+b
g=functools.partial(f,1)
h=functools.partial(g,2)
