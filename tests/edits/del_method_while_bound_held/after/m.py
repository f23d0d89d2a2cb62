class C:
    def b(self): return 'b2'
