class Base:
    def __init_subclass__(cls, tag='none', **k):
        super().__init_subclass__(**k)
        cls.tag = tag
class C(Base, tag='a'):
    pass
