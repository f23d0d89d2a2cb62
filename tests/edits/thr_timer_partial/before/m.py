class C:
    def cb(self, x): return ('o',x)
