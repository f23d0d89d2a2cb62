class C:
    def a(self): return 'a1'
    @classmethod
    def k(cls): return 'k1'
    @staticmethod
    def s(): return 's1'
