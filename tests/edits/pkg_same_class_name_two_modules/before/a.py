class C:
    def go(self): return 'a1'
