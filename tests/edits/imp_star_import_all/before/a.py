__all__=['x','f']
x=1
y=2
def f(): return 'f1'
