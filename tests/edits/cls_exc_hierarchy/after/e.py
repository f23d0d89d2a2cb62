class A(Exception): pass
class B(Exception): pass
class C(B):
    def __init__(self, c): super().__init__(c); self.c=c
    def __str__(self): return f'C{self.c}'
