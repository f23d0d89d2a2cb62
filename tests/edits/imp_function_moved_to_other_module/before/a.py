def helper(x):
    return x + 1
def f(x):
    return helper(x)
