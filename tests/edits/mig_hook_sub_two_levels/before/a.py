class B:
    def __init__(self): self.v=1
