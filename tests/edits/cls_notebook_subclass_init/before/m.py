class B:
    def __init__(self): self.b=1
    def go(self): return 'b1'
