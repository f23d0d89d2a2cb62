from a import A
class B(A):
    @A.v.getter
    def v(self): return 'b:'+A.v.fget(self)
