class Base:
    k=1
class C[T: Base]:
    def m(self, x: T) -> T: return ('2',x)
    def g[S: str](self, s: S) -> S: return ('2',s)
    class In[Q]:
        def q(self): return Q, T
