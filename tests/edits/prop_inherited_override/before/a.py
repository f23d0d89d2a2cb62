class A:
    @property
    def v(self): return 'a1'
    @v.setter
    def v(self,x): self.__dict__['v']=x
