from functools import singledispatchmethod
class C:
    @singledispatchmethod
    def f(self,x): return 'D'
    @f.register
    def _(self,x:str): return 'S'
    @f.register
    def _(self,x:list): return 'L'
