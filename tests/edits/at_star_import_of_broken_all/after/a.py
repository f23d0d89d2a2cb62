__all__ = ["x", "ghost"]
x = 2
