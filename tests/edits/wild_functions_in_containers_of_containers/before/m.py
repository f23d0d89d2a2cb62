def a():
    return "a1"


def b():
    return "b1"


class Bus:
    def __init__(self):
        self.subs = {}

    def on(self, name):
        def deco(fn):
            self.subs.setdefault(name, []).append(fn)
            return fn
        return deco

    def emit(self, name):
        return [fn() for fn in self.subs.get(name, [])]


bus = Bus()


@bus.on("x")
def first():
    return "f1"


TREE = {"k": [(a, b), {"deep": (a,)}]}
