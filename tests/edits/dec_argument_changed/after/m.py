def repeat(n):
    def deco(fn):
        def wrapper(*a):
            return [fn(*a)] * n
        return wrapper
    return deco
@repeat(3)
def f(x):
    return x
