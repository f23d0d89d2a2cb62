class P:
    def __init__(self, x):
        self.x = x

    def show(self):
        return ("new", self.x)

    def __getstate__(self):
        return {"x": self.x * 10}

    def __setstate__(self, state):
        self.x = state["x"] if isinstance(state, dict) else state[0]["x"]


class Q(P):
    __slots__ = ("s",)
