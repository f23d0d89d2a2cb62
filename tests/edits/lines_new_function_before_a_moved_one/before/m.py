def loud(fn):
    def wrapper(*a):
        return fn(*a)
    return wrapper

A = 0

@loud
def f(y=1):
    return A
