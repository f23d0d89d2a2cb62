from dataclasses import dataclass


@dataclass
class Shape:
    name: str = "s"


@dataclass
class Circle(Shape):
    r: float = 0


@dataclass
class Square(Shape):
    a: float = 0


def area(s):
    match s:
        case Circle(r=r):
            return ("c", 3 * r * r)
        case Square(a=a):
            return ("s", a * a)
        case _:
            return None
