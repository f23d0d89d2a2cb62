import weakref


class Field:
    def __init__(self, default):
        self.default = default
        self.values = weakref.WeakKeyDictionary()

    def __get__(self, obj, owner):
        return self if obj is None else ("got", self.values.get(obj, self.default))

    def __set__(self, obj, value):
        self.values[obj] = value


class C:
    a = Field(1)
    b = Field(2)
    c = Field(3)

    def go(self):
        return "new"
