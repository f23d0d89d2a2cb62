class Ordered(type):
    @classmethod
    def __prepare__(mcls, name, bases, **kw):
        return {"prepared": True}

    def __new__(mcls, name, bases, ns, **kw):
        cls = super().__new__(mcls, name, bases, dict(ns))
        cls.order = [k for k in ns if not k.startswith("_") and k != "prepared"]
        return cls


class C(metaclass=Ordered):
    a = 1
    b = 3
    c = 4
