import sys
if sys.version_info>=(3,8):
    def f(): return 'new2'
else:
    def f(): return 'old2'
class C:
    if True:
        def g(self): return 'g2'
        def k(self): return 'k'
    else:
        def g(self): return 'x'
