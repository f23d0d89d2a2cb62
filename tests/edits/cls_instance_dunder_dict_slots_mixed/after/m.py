class Base:
    __slots__ = ('x',)
class C(Base):
    def get(self):
        return 'new'
