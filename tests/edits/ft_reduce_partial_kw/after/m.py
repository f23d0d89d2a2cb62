import functools
def base(a,*,k=1,z=0): return ('b2',a,k,z)
f=functools.partial(base,k=20)
g=functools.partial(f,5)
TABLE={'f':f,'g':[g]}
