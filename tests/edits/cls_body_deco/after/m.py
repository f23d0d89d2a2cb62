class C:
    def _d(f):
        def w(self): return ('W', f(self))
        return w
    @_d
    def go(self): return 2
    @_d
    def two(self): return 22
    del _d
