def typed(name, kind):
    private = "_" + name

    def get(self):
        return ("got", getattr(self, private))

    def put(self, value):
        setattr(self, private, kind(value))
    return property(get, put)


class P:
    x = typed("x", int)
    y = typed("y", str)

    def __init__(self, x):
        self.x = x
