class C:
    _x = 1
    @property
    def x(self):
        return ('got', self._x)
    @x.setter
    def x(self, v):
        self._x = v * 2
    @x.deleter
    def x(self):
        self._x = None
