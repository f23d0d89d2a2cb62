import m, weakref
c=m.C(); r=weakref.ref(c)
assert c.zz=='dyn'
