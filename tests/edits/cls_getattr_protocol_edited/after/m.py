class Lazy:
    def __init__(self):
        self.data = {}

    def __getattribute__(self, name):
        if name == "secret":
            return "found"
        return object.__getattribute__(self, name)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, ("set", value))
