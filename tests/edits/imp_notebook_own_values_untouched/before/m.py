LIMIT = 10
NAMES = ["a"]
TABLE = {"k": 1}


def f():
    return LIMIT
