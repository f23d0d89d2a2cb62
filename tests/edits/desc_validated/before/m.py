class Typed:
    def __init__(self,t): self.t=t
    def __set_name__(self,o,n): self.n='_'+n
    def __get__(self,i,o=None): return self if i is None else getattr(i,self.n)
    def __set__(self,i,v):
        if not isinstance(v,self.t): raise TypeError
        setattr(i,self.n,v)
class P:
    x=Typed(int)
    def __init__(self,x): self.x=x
