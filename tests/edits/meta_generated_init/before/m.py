class Auto(type):
    def __init__(cls, name, bases, ns):
        super().__init__(name, bases, ns)
        names = list(ns.get("__annotations__", {}))

        def __init__(self, *args):
            for key, value in zip(names, args):
                setattr(self, key, value)
        cls.__init__ = __init__


class P(metaclass=Auto):
    x: int
