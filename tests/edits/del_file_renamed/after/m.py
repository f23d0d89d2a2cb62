import new_name
def f():
    return new_name.h()
