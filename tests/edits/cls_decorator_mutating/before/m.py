def add(name):
    def deco(cls):
        setattr(cls, name, lambda self: (name, self.k))
        return cls
    return deco
@add('foo')
class C:
    k = 1
