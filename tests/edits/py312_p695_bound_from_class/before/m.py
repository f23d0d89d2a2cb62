class Base: pass
class C[T: Base]:
    def m(self, x: T) -> T: return x
    def g[S](self, s: S) -> S: return ('1',s)
