LIMIT = 9


def g():
    import a
    return a.LIMIT
