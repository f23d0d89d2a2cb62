class N:
    def __init__(self,v): self.v=v
    def __add__(self,o): return N(self.v+o)
    __radd__=__add__
    __iadd__=lambda self,o: (setattr(self,'v',self.v+o), self)[1]
    def __bool__(self): return False
    def __index__(self): return self.v
    def __getitem__(self,i): return i
    def __contains__(self,x): return x==self.v
    def __enter__(self): return self
    def __exit__(self,*a): return True
