def f():
    return "module"
