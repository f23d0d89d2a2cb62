def compute():
    return 2
VALUE = compute() + 1
