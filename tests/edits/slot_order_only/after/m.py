class P:
    __slots__ = ['y', 'x']
    def f(self):
        return 2
