def f(x):
    return len(x)
def len(x):
    return 'shadow'
