class Mix:
    def extra(self): return 'mix'
class B(Mix):
    def __init__(self, q=5): self.b=q
    def go(self): return 'b2'
