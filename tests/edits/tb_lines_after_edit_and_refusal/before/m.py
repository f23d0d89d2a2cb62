def boom():
    raise ValueError('x')
def outer():
    boom()
