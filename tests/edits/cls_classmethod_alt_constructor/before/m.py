class C:
    @classmethod
    def make(cls):
        return cls()
    v = 1
