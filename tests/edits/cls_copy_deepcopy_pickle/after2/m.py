class C:
    def __init__(self): self.xs=[3]
