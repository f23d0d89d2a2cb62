from lib import shared


def only_a():
    return shared()
