class Box[T]:
    def kind(self): return 'none'
    def new(self): return 1
def f[S](x: S): return 'none'
