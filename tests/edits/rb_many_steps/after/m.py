X = 2
class C:
    b = 2
    def f(self):
        return super().__repr__() and 'v2'
    @property
    def p(self):
        return 'p'
def g(x=1, y=2):
    return x + y
def extra():
    return 1
