class C:
    @staticmethod
    def a(): return 'sa'
    @classmethod
    def b(cls): return 'cb'
    @property
    def c(self): return 'pc'
