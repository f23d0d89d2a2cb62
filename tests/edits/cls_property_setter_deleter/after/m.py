class C:
    log=[]
    @property
    def x(self): return self._x
    @x.setter
    def x(self, v): self._x=v*2
    @x.deleter
    def x(self): self.log.append('DEL'); del self._x
