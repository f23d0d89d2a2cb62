__all__ = ["A", "fa", "fb"]
A = 5


def fa():
    return A


def fb():
    return -A
