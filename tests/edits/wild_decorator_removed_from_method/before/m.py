def loud(fn):
    def w(self, *a):
        return ("loud", fn(self, *a))
    return w


class C:
    @loud
    def go(self, x):
        return x

    @staticmethod
    def s():
        return 1
