class Lazy:
    def __init__(self):
        self.data = {}

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return ("old", name)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
