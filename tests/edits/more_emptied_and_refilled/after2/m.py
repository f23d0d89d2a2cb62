K = 2


def f():
    return K


class C:
    def go(self):
        return K
