class C:
    def _d(f):
        def w(self): return ('w', f(self))
        return w
    @_d
    def go(self): return 1
    del _d
