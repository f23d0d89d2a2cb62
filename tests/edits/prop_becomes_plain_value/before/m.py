class C:
    @property
    def v(self):
        return 1
