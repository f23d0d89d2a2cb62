import functools


def base(a, b):
    return (a, b)


def go(b):
    return base(1, b)


class C:
    def v(self):
        return 1
