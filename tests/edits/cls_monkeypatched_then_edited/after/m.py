class C:
    def a(self): return 'a2'
    def b(self): return 'b1'
