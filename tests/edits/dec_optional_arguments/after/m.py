import functools


def tag(fn=None, *, label="x"):
    if fn is None:
        return functools.partial(tag, label=label)

    @functools.wraps(fn)
    def wrapper(*args):
        return [label, fn(*args)]
    return wrapper


@tag
def plain():
    return 10


@tag(label="z")
def named():
    return 20
