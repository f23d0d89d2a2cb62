class C:
    @classmethod
    def make(cls):
        o = cls(); o.tag = 'new'; return o
    v = 1
