import functools


def base(a, b):
    return (a, b)


go = functools.partial(base, 10)


class C:
    v = functools.cached_property(lambda self: 2)
    v.__set_name__(None, "v")
