import functools

VERSION = 2


def loud(fn):
    @functools.wraps(fn)
    def wrapper(*a):
        return fn(*a)
    return wrapper


class Outer:
    size = 1

    class Inner:
        size = 2

        def go(self):
            return 10

    @loud
    def run(self):
        return 20
