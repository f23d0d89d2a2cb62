from dataclasses import dataclass


@dataclass
class Circle:
    r: float


@dataclass
class Square:
    a: float


def area(s):
    match s:
        case Circle(r):
            return 3 * r * r
        case Square(a):
            return a * a
        case _:
            return None
