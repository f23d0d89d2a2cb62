x=1
class C:
    # comment
    def __init__(self): self.log=[]
    def __migrate__(self, old): self.log.append('m2')
