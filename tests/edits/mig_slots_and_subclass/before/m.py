class P:
    __slots__ = ('a', 'b')
    def __init__(self, a):
        self.a = a
class Q(P):
    pass
