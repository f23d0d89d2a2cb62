import functools


def loud(fn):
    @functools.wraps(fn)
    def wrapper(*a):
        return fn(*a)
    return wrapper


class Outer:
    class Inner:
        def go(self):
            return 1

    @loud
    def run(self):
        return 2
