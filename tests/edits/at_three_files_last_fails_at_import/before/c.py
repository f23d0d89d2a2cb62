from b import TWICE

assert TWICE < 10
