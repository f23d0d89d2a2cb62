class Meta(type):
    seen = {}

    def __new__(mcls, name, bases, ns):
        cls = super().__new__(mcls, name, bases, ns)
        cls.fields = [k for k in ns if k.startswith("f_")]
        mcls.seen[name] = cls.fields
        if len(cls.fields) > 2:
            raise ValueError("too many")
        return cls


class A(metaclass=Meta):
    f_a = 1
    f_b = 2
    f_c = 3
