def compute():
    return 1
VALUE = compute()
