class A(Exception): pass
class B(Exception): pass
class C(A):
    def __init__(self, c): super().__init__(c); self.c=c
