def helper():
    return 41
def f():
    return helper() + 1
