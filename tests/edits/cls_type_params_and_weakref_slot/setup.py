import weakref
import m
n = m.Node(1)
ref = weakref.ref(n)
cache = weakref.WeakValueDictionary(a=n)
