from enum import Enum


class Color(Enum):
    RED = 1
    BLUE = 2


def name():
    return Color.RED.name
