def scale(k):
    def d(f):
        def w(self,*a): return k*f(self,*a)
        return w
    return d
class C:
    @scale(20)
    def v(self): return 1
    @property
    @scale(30)
    def p(self): return 2
    @classmethod
    @scale(40)
    def c(cls): return 3
