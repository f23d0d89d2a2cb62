class C:
    def a(self): return 'a2'
    @classmethod
    def k(cls): return 'k2'
    @staticmethod
    def s(): return 's2'
