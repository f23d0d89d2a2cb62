value = 10


def LIMIT():
    return 30
