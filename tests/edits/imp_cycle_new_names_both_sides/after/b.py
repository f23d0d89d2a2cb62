import a

B = 2


def fb():
    return a.A * 10


class CB:
    def go(self):
        return a.CA
