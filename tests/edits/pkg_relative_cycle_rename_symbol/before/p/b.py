from . import a
def helper(): return a.base()*2
