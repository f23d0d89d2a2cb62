from a import C


def make():
    return C()
