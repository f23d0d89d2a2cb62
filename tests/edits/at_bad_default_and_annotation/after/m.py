def f(x=undefined_name):
    return x
