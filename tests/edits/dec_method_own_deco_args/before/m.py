def scale(k):
    def d(f):
        def w(self,*a): return k*f(self,*a)
        return w
    return d
class C:
    @scale(2)
    def v(self): return 1
    @property
    @scale(3)
    def p(self): return 1
    @classmethod
    @scale(4)
    def c(cls): return 1
