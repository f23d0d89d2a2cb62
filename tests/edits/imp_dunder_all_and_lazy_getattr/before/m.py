__all__ = ["a"]


def a():
    return 1


def __getattr__(name):
    if name == "lazy":
        return "old lazy"
    raise AttributeError(name)


def __dir__():
    return ["a", "lazy"]
