class I:
    def go(self): return 'out'
class O:
    I = I
    def mk(self): return self.I()
