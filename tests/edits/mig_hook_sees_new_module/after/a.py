import b
class C:
    def __init__(self): self.n=1
    def __migrate__(self, old): self.n=old['n']*b.FACTOR*b.scale()
