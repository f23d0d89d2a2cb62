class P:
    reg = []
    def __init_subclass__(cls, **k):
        super().__init_subclass__(**k)
        P.reg.append(cls.__name__.lower())
class A(P): pass
class B(P): pass
