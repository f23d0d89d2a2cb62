RATE = 2
def scaled(x):
    return x * RATE
PRICE = scaled(10)
LOG = []
