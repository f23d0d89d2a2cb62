class P:
    __slots__ = ('x', 'y')
    def f(self):
        return 1
