import time
class A:
    def __init__(self): self.n=0; self.on=True
    def loop(self, q, out):
        while True:
            x=q.get()
            if x is None: return
            out.put(self.handle(x))
    def handle(self,x): return ('1',x)
