def f(x: int = 1) -> int:
    return x


def g(x: int) -> int:
    return x
