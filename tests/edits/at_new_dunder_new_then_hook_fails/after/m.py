class C:
    def __new__(cls, x): return super().__new__(cls)
    def __init__(self, x): self.x = x
    def __migrate__(self, old): raise KeyError
OBJ = C(1)
