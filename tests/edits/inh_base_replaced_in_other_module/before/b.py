from a import A
class C(A):
    pass
