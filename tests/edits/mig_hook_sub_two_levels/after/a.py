class B:
    def __init__(self): self.v=1
    def __migrate__(self, old):
        self.calls.append((type(self).__name__, dict(old)))
        self.v=old['v']+1
