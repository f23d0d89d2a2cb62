class C:
    reg = {}
    LIMIT = 1
    items: list = []
    def add(self, k): self.reg[k]=self.LIMIT
