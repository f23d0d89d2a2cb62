import m,weakref,atexit,signal,functools,operator
h=m.H()
class X: pass
x=X()
out=[]
fin=weakref.finalize(x, lambda f: out.append(f()), m.cb)
d={'k':[m.cb,h.on,functools.partial(m.cb,1)]}
mc=operator.methodcaller('on')
srt=sorted([3,1],key=lambda v:(m.cb(),v))
