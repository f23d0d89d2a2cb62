class C:
    def __init__(self):
        self.v = 1
        self.w = 2
