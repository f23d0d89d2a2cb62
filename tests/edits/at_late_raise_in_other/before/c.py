from b import B
class C(B): pass
