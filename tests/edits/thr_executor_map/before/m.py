class W:
    def __init__(self): self.n=0
    def do(self,x):
        self.n+=1
        return ('v1',x)
