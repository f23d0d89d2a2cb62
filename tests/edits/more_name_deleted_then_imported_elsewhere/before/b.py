from a import shared


def use():
    return shared()
