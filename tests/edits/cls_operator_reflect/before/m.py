class N:
    def __init__(self,v): self.v=v
    def __add__(self,o): return N(self.v+o)
