class A:
    def g(self):
        return 'Ag'
class B:
    def f(self):
        return 'Bf'
