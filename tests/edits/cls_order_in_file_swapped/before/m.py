class A:
    def f(self):
        return 'A1'
class B:
    def f(self):
        return 'B1'
