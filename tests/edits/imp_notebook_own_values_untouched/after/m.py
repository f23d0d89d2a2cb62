LIMIT = 20
NAMES = ["a", "b"]
TABLE = {"k": 2}


def f():
    return LIMIT
