def loud(fn):
    def wrapper(*a):
        return ('loud', fn(*a))
    return wrapper
@loud
def f(x):
    return x
