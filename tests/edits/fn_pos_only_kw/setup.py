import m,functools
f=m.f; p=functools.partial(f,b=1)
