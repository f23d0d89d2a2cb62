def f():
    raise KeyError("v1")


class C:
    def go(self):
        raise KeyError("c1")
