D = 9
def f(x=D, *, k=D):
    return (x, k)
