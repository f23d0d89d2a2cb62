class C:
    __slots__=('x','__weakref__')
    def __init__(self): self.x=1
    def y(self): return self.x
