def mk(n):
    class A:
        def get(self): return ('g',n)
        @property
        def p(self): return ('p',n)
        @staticmethod
        def s(): return ('s',n)
    def up(v):
        nonlocal n
        n=v*10
    return A(), up
a,up=mk(1)
