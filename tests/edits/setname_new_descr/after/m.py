class D:
    def __set_name__(self, o, n): self.n = n; self.owner=o
    def __get__(self, i, o=None): return (self.n, self.owner.__name__)
class C:
    b = D()
    z = a2 = D()
