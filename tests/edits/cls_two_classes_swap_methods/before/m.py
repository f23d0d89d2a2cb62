class A:
    def f(self):
        return 'Af'
class B:
    def g(self):
        return 'Bg'
