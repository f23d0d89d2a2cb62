def f():
    return "old"
