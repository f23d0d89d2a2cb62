__all__=['f','h']
def f(): return 'f2'
def h(): return 'h'
