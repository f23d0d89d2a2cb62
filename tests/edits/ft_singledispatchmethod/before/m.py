from functools import singledispatchmethod
class C:
    @singledispatchmethod
    def f(self, x):
        return 'object'
    @f.register
    def _(self, x: int):
        return 'int'
