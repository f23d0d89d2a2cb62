def value():
    return 1


LIMIT = 3
