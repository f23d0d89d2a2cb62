__all__ = ["a", "b"]


def a():
    return 2


def b():
    return 3


def __getattr__(name):
    if name.startswith("lazy"):
        return "new " + name
    raise AttributeError(name)
