import functools
class C:
    f=lambda self,x: ('1',x)
    p=functools.partialmethod(f, 5)
    s=staticmethod(lambda: 's1')
    c=classmethod(lambda cls: ('c1',cls.__name__))
    q=property(lambda self: 'q1')
