class Config:
    SIZE = 5


class Grid:
    CELLS = [0] * Config.SIZE

    def n(self):
        return len(self.CELLS)
