from b import helper
def f(x):
    return helper(x)
