def typed(name, kind):
    private = "_" + name

    def get(self):
        return getattr(self, private)

    def put(self, value):
        if not isinstance(value, kind):
            raise TypeError(name)
        setattr(self, private, value)
    return property(get, put)


class P:
    x = typed("x", int)

    def __init__(self, x):
        self.x = x
