def add(name):
    def deco(cls):
        setattr(cls, name, lambda self: (name, self.k))
        return cls
    return deco
@add('bar')
class C:
    k = 2
