class Meta(type):
    def __new__(mcls, name, bases, ns):
        if any(key.startswith("bad") for key in ns):
            raise ValueError("bad member")
        return super().__new__(mcls, name, bases, ns)


class C(metaclass=Meta):
    def go(self):
        return "old"


TABLE = {"c": C}
