class A:
    def who(self): return 'A'
class Mid(A):
    def who(self): return 'Mid>' + super().who()
class C(Mid):
    pass
