class P:
    y = 5

    def __init__(self, x):
        self.x = x
