import weakref


class Field:
    def __init__(self, default):
        self.default = default
        self.values = weakref.WeakKeyDictionary()

    def __get__(self, obj, owner):
        return self if obj is None else self.values.get(obj, self.default)

    def __set__(self, obj, value):
        self.values[obj] = value


class C:
    a = Field(1)
    b = Field(2)

    def go(self):
        return "old"
