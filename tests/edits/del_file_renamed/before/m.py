import old_name
def f():
    return old_name.h()
