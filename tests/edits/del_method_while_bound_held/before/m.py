class C:
    def a(self): return 'a'
    def b(self): return 'b'
