import a


def fb():
    return 2
