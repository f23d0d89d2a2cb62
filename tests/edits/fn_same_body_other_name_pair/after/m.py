def first():
    return 2


def second():
    return 1


def third():
    return 2
