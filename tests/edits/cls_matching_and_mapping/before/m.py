class P:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


def read(p):
    match p:
        case P(a, b):
            return (a, b)
    return None
