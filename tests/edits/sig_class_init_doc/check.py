assert C2.__doc__=='doc2' if (C2:=type(c)) else 0
assert str(inspect.signature(m.C))=="(a: int, *, c='x', **kw)" and m.C.__init__.__doc__=='init2'
