class Meta(type):
    def __new__(mcls, name, bases, ns, *, table="t"):
        cls = super().__new__(mcls, name, bases, ns)
        return cls

    def __init__(cls, name, bases, ns, *, table="t"):
        super().__init__(name, bases, ns)
        cls.table = table


class Row(metaclass=Meta, table="new"):
    def where(self):
        return self.table
