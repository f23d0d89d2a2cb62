from b import B
class C(B): y=1
C().nope
