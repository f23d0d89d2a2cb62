import time
class Base:
    def handle(self,x): return ('base',x)
class A(Base):
    def __init__(self): self.n=0; self.on=True
    def loop(self, q, out):
        while True:
            x=q.get()
            if x is None: return
            out.put(('l2',self.handle(x)))
