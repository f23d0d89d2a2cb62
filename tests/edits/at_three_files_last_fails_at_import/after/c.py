from b import TWICE

assert TWICE < 10
NEW = 1
