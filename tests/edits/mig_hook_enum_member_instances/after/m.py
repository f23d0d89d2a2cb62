class Mig:
    def __migrate__(self, old): self.b=old['a']+1
class C(Mig):
    def __init__(self): self.a=1
