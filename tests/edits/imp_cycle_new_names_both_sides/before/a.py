import b


def fa():
    return 1
