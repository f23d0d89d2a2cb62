def f(): return 2
class Stop(BaseException): pass
raise Stop('x')
