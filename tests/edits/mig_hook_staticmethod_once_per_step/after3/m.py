x=1
class C:
    def __init__(self): self.log=[]
    def __migrate__(self, old): self.log.append('m2')
