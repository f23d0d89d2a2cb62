RATE = 3
def scaled(x):
    return x * RATE
PRICE = scaled(10)
LOG = []
