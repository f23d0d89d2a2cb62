class C:
    log=[]
    @property
    def x(self): return self._x
    @x.setter
    def x(self, v): self._x=v
    @x.deleter
    def x(self): self.log.append('del'); del self._x
