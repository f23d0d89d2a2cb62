class Config:
    def __init__(self, n):
        self.n = n * 10

    def show(self):
        return f"new {self.n}"


CONFIG = Config(2)
OTHER = Config(5)
