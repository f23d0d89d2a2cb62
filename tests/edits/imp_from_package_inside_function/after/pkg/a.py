def f():
    from . import b
    from .b import g
    return (b.K, g())
