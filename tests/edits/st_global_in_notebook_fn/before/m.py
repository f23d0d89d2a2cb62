K=1
def f(x=K): return x
