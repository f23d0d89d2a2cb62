class C:
    cfg={'a':1}
    lst=[1]
class D(C): pass
