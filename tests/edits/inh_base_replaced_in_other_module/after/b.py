from a import B
class C(B):
    pass
