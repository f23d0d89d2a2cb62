# one
# two
def f():
    x = 1
    raise KeyError("v2")


class C:
    tag = 1

    def go(self):
        raise KeyError("c2")
