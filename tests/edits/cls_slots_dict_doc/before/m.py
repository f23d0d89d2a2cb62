class S:
    __slots__={'x':'doc x'}
    def __init__(self): self.x=1
