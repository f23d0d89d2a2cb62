class Meta(type):
    made = []

    def __new__(mcls, name, bases, ns):
        cls = super().__new__(mcls, name, bases, ns)
        mcls.made.append(name)
        return cls

    def __call__(cls, *args):
        obj = super().__call__(*args)
        obj.tag = "old"
        return obj


class A(metaclass=Meta):
    k = 1


class B(A):
    def go(self):
        return self.k
