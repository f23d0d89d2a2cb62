from collections import namedtuple

Point = namedtuple("Point", "x y z", defaults=[9])
ORIGIN = Point(0, 0)


def move(p, dx):
    return p._replace(x=p.x + dx)
