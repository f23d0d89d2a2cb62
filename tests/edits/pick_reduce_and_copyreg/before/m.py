import copyreg


class P:
    def __init__(self, x):
        self.x = x


def rebuild(x):
    return P(x)


def reduce(p):
    return rebuild, (p.x,)


copyreg.pickle(P, reduce)
