class C:
    @property
    def a(self): return 'pa'
    @staticmethod
    def b(): return 'sb'
    @classmethod
    def c(cls): return ('cc', cls.__name__)
