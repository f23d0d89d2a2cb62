def helper():
    return 1
VALUE = helper()
