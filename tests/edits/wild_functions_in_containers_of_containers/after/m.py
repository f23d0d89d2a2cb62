def a():
    return "a2"


def b():
    return "b2"


class Bus:
    def __init__(self):
        self.subs = {}

    def on(self, name):
        def deco(fn):
            self.subs.setdefault(name, []).append(fn)
            return fn
        return deco

    def emit(self, name):
        return [(name, fn()) for fn in self.subs.get(name, [])]


bus = Bus()


@bus.on("x")
def first():
    return "f2"


@bus.on("x")
def second():
    return "s2"


TREE = {"k": [(a, b), {"deep": (a,)}]}
