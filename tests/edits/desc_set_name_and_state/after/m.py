class Field:
    def __set_name__(self, owner, name):
        self.name = '_' + name
    def __get__(self, o, t=None):
        return self if o is None else getattr(o, self.name, 'unset')
    def __set__(self, o, v):
        setattr(o, self.name, v)
class C:
    a = Field()
    b = Field()
