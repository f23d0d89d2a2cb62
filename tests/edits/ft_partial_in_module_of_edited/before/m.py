from functools import partial
def f(a, b):
    return a + b
add1 = partial(f, 1)
