class C:
    def __init__(self):
        self._v = 1
        self.w = 2

    @property
    def v(self):
        return self.__dict__.get("v", 0) * 10

    @v.setter
    def v(self, x):
        self.__dict__["v"] = x

    def __repr__(self):
        return f"C({self.v})"
