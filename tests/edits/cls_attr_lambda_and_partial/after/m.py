import functools
class C:
    f=lambda self,x: ('2',x)
    p=functools.partialmethod(f, 6)
    s=staticmethod(lambda: 's2')
    c=classmethod(lambda cls: ('c2',cls.__name__))
    q=property(lambda self: 'q2')
