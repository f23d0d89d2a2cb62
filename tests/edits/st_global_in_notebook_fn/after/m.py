K=10
def f(x=K): return x
