class Base:
    def hello(self):
        return 'hello'
class C(Base):
    def go(self):
        return 'go'
