from a import Tool, wrap


def again():
    return wrap() + [0]
