class Base:
    @property
    def v(self):
        return ("base", self._v)

    @v.setter
    def v(self, value):
        self._v = value


class Sub(Base):
    @Base.v.setter
    def v(self, value):
        self._v = value * 3
