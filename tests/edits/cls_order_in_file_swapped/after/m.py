class B:
    def f(self):
        return 'B2'
class A:
    def f(self):
        return 'A2'
