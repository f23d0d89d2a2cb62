# refused
assert (a.x, b.x) == (1, 1) and not hasattr(b, "y") and a.__all__ == ["x"]
