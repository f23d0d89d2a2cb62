import conf
from conf import LIMIT as TOP


class C:
    limit = conf.LIMIT * 10
    top = TOP + 1

    def go(self, n=conf.LIMIT):
        return (n, self.limit, self.top)


def f(x=TOP, *, y=conf.LIMIT):
    return (x, y)
