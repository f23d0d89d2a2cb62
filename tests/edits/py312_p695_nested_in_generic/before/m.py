class Out[T]:
    class In:
        def q(self): return ('1',T)
    def go(self): return self.In().q()
