from warnings import deprecated
@deprecated('use h')
def f(): return 2
@deprecated('no C')
class C:
    def go(self): return 2
    def more(self): return 3
