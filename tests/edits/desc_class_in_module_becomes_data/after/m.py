class D:
    def __get__(self, obj, owner):
        return "descriptor"

    def __set__(self, obj, value):
        raise AttributeError("read only")


class C:
    x = D()
