import sys
if sys.version_info>=(3,8):
    def f(): return 'new1'
else:
    def f(): return 'old1'
class C:
    if True:
        def g(self): return 'g1'
    else:
        def g(self): return 'x'
