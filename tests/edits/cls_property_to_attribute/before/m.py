class C:
    @property
    def x(self):
        return 1
