# one
# two
def boom():
    x = 1
    raise ValueError('y')
def outer():
    boom()
