import functools
def loud(fn):
    @functools.wraps(fn)
    def wrapper(*a):
        return ('loud', fn(*a))
    return wrapper
