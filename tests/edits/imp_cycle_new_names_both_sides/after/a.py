import b

A = 1


def fa():
    return b.B + b.fb()


class CA:
    def go(self):
        return b.CB
