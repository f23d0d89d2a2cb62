class Box[T]:
    def kind(self): return T
    def new(self): return [T for _ in (1,)]
    def added(self): return T.__name__
    @staticmethod
    def st(): return T
def f[S](x: S): return S
