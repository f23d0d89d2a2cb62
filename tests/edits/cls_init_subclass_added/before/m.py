class B: pass
class S(B): pass
