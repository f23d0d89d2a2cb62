K = 1


def f():
    return K


class C:
    def go(self):
        return K
