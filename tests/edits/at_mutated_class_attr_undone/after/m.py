class C:
    cfg={'a':1}
    lst=[1]
    cfg['b']=2
    lst.append(2)
class D(C):
    C.lst.append(3)
    raise_here = C.nope
