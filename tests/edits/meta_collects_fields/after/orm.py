class Field:
    def __init__(self, kind):
        self.kind = kind


class Meta(type):
    tables = {}

    def __new__(mcls, name, bases, ns):
        fields = {k: v for k, v in ns.items() if isinstance(v, Field)}
        cls = super().__new__(mcls, name, bases, ns)
        cls.fields = dict(fields)
        cls.cache = {}
        if bases:
            mcls.tables[name] = cls
        return cls


class Model(metaclass=Meta):
    @classmethod
    def columns(cls):
        return sorted(cls.fields)
