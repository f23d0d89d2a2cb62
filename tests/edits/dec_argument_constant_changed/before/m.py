N = 2
def repeat(n):
    def deco(fn):
        def wrapper(*a):
            return [fn(*a)] * n
        return wrapper
    return deco
@repeat(N)
def f(x):
    return x
