from . import a
def helper2(): return a.base2()*2
