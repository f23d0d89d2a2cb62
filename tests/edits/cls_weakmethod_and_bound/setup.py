import m, weakref, functools
c=m.C()
L=[c.a,c.k,m.C.k,c.s,functools.partial(c.a),weakref.WeakMethod(c.a),m.C.a.__get__(c),{'x':(c.a,)}]
