class Config:
    def __init__(self, n):
        self.n = n

    def show(self):
        return f"old {self.n}"


CONFIG = Config(1)
OTHER = Config(5)
