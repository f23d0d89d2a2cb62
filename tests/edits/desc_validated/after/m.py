class Typed:
    def __init__(self,t): self.t=t
    def __set_name__(self,o,n): self.n='_'+n
    def __get__(self,i,o=None): return self if i is None else ('v',getattr(i,self.n))
    def __set__(self,i,v):
        if not isinstance(v,self.t): raise ValueError
        setattr(i,self.n,v)
    def __delete__(self,i): delattr(i,self.n)
class P:
    x=Typed(str)
    def __init__(self,x): self.x=x
