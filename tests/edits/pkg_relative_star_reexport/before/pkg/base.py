__all__ = ["A", "fa"]
A = 1


def fa():
    return A
