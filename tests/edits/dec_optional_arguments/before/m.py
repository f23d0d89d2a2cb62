import functools


def tag(fn=None, *, label="x"):
    if fn is None:
        return functools.partial(tag, label=label)

    @functools.wraps(fn)
    def wrapper(*args):
        return (label, fn(*args))
    return wrapper


@tag
def plain():
    return 1


@tag(label="y")
def named():
    return 2
