def loud(fn):
    def w(self, *a):
        return ("loud", fn(self, *a))
    return w


class C:
    def go(self, x):
        return x + 1

    @loud
    def s(self):
        return 2
