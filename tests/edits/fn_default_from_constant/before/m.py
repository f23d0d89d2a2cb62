D = 1
def f(x=D, *, k=D):
    return (x, k)
