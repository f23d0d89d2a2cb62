class Color:
    RED = 1
    BLUE = 2


def name():
    return Color.RED
