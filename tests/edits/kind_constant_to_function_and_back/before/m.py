value = 5
def use():
    return value
