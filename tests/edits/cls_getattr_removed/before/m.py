class C:
    __slots__=('x','__weakref__')
    def __init__(self): self.x=1
    def __getattr__(self, n): return 'dyn'
