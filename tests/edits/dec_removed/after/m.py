def loud(fn):
    def wrapper(*a):
        return ('loud', fn(*a))
    return wrapper
def f(x):
    return x
