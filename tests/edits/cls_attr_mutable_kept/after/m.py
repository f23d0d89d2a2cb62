class C:
    reg = {}
    LIMIT = 2
    items: list = []
    def add(self, k): self.reg[k]=self.LIMIT*10
