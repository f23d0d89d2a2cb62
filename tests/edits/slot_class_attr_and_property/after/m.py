class P:
    __slots__ = ('x',)
    def __init__(self, x):
        self.x = x
    kind = 'point'
    @property
    def double(self):
        return self.x * 2
