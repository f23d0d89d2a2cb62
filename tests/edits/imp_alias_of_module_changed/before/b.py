def f():
    return "b"
