class A:
    def who(self): return 'A'
class C(A):
    pass
