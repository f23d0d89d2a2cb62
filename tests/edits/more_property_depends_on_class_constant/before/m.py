class Temp:
    FACTOR = 2
    TABLE = {n: n * 2 for n in range(3)}
    LIMITS = (FACTOR, FACTOR * 10)

    def __init__(self, c):
        self.c = c

    @property
    def f(self):
        return self.c * self.FACTOR
