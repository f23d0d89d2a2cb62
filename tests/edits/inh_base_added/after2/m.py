class Base:
    def hello(self):
        return 'hello'
class C:
    def go(self):
        return 'go'
