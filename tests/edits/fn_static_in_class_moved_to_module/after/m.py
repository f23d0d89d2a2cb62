def h(x): return ('m',x)
class C:
    def go(self): return h(1)
