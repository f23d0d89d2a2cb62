class D:
    def __get__(self, obj, owner):
        return "descriptor"


class C:
    x = D()
