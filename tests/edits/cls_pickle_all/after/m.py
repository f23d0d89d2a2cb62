import pickle
class C:
    def __init__(self): self.a=1; self.b=2
    def __setstate__(self, s): self.__dict__.update(s); self.b=s.get('b','mig')
    def __getstate__(self): return dict(self.__dict__, v=2)
