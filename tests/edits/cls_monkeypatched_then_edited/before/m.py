class C:
    def a(self): return 'a1'
    def b(self): return 'b1'
