class Node:
    __slots__ = ("value", "__weakref__")

    def __init__(self, value):
        self.value = value

    def show(self):
        return ("old", self.value)
