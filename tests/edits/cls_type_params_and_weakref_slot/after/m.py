class Node:
    __slots__ = ("value", "__weakref__")
    kind = "node"

    def __init__(self, value):
        self.value = value

    def show(self):
        return ("new", self.value, self.kind)
