__all__=['x','y','f']
x=10
y=2
def f(): return 'f2'
