def f(): 'doc1'
f.tag = 'x'
f.__doc__ = 'set'
