Y = 1
def helper(x):
    return x + 100
