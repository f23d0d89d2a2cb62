class Meta(type):
    def __new__(mcls, name, bases, ns):
        if any(key.startswith("bad") for key in ns):
            raise ValueError("bad member")
        return super().__new__(mcls, name, bases, ns)


class C(metaclass=Meta):
    bad_idea = 1

    def go(self):
        return "new"


TABLE = {"c": C, "d": 1}
