from .cart import total

STATE = []


def price():
    return 1
