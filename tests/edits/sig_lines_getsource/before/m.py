def a(): return 1
class C:
    def m1(self): return 1
    class N:
        def n1(self): return 1
    l=lambda self: 0
