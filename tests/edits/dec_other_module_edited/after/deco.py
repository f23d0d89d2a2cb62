import functools
def loud(fn):
    @functools.wraps(fn)
    def wrapper(*a):
        return ('LOUD', fn(*a))
    return wrapper
