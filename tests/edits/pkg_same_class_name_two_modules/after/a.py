class C:
    def go(self): return 'a2'
