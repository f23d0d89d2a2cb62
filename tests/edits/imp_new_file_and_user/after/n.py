from m import f
def g():
    return f() + 1
