class C:
    @staticmethod
    def h(x): return ('c',x)
    def go(self): return self.h(1)
