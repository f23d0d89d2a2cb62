class O:
    class I:
        def go(self): return 'in'
    def mk(self): return self.I()
