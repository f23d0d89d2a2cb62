from functools import total_ordering
@total_ordering
class V:
    def __init__(self,x): self.x=x
    def __eq__(self,o): return self.x==o.x
    def __gt__(self,o): return self.x<o.x
