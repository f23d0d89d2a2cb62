class Out[T]:
    class In:
        def q(self): return ('2',T)
        def r(self): return T
    def go(self): return ('g',self.In().q())
