from a import LIMIT, value


def use():
    return (LIMIT, value() if callable(value) else value)
