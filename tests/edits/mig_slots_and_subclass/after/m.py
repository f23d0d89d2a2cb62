class P:
    __slots__ = ('a', 'b')
    def __init__(self, a):
        self.a = a
    def __migrate__(self, old):
        self.b = dict(old)
class Q(P):
    pass
