class C:
    def _get(self):
        return "new"

    def _set(self, v):
        self.saved = ("set", v)

    def _del(self):
        self.saved = "deleted"

    x = property(_get, _set, _del)
    y = x
    z = property(_get)
