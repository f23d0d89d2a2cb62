class C:
    def __init__(self): self.n=1
