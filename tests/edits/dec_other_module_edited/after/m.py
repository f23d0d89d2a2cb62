from deco import loud
@loud
def f(x):
    return x
