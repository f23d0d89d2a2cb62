class Fac:
    def __init__(self,b): self.b=b
    def __mro_entries__(self,bases): return (self.b,)
class A:
    def go(self): return 'A'
class B:
    def go(self): return 'B'
class C(Fac(A)): pass
