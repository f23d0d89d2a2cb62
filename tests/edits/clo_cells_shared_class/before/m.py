def mk(n):
    class A:
        def get(self): return n
        @property
        def p(self): return n
        @staticmethod
        def s(): return n
    def up(v):
        nonlocal n
        n=v
    return A(), up
a,up=mk(1)
