import functools
def base(a,*,k=1): return ('b1',a,k)
f=functools.partial(base,k=2)
g=functools.partial(f,5)
TABLE={'f':f,'g':[g]}
