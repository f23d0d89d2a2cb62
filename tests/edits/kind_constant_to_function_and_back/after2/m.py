value = 7
def use():
    return value
