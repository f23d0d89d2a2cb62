def f(a: float, b: 'X' = None) -> str:
    return a
