def value():
    return 6
def use():
    return value()
