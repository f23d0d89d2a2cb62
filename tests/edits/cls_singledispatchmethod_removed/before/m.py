from functools import singledispatchmethod
class C:
    @singledispatchmethod
    def f(self,x): return 'd'
    @f.register
    def _(self,x:int): return 'i'
    @f.register
    def _(self,x:str): return 's'
