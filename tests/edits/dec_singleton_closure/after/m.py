def singleton(cls):
    made = {}

    def get(*args):
        if "one" not in made:
            made["one"] = cls(*args)
        return made["one"]
    return get


@singleton
class Config:
    limit = 3

    def __init__(self, n=1):
        self.n = n

    def show(self):
        return ("new", self.n, self.limit)
