from a import B
class S(B):
    __slots__=('s',)
    def __init__(self):
        super().__init__(); self.s=5
class T(S): pass
