class C:
    def _get(self):
        return "old"

    def _set(self, v):
        self.saved = v

    x = property(_get, _set)
    y = x
    z = property(_get)
