from warnings import deprecated
@deprecated('use g')
def f(): return 1
@deprecated('no C')
class C:
    def go(self): return 1
