__all__=['f']
def f(): return 'f1'
