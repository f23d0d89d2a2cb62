def make():
    return [lambda i=i: ('new', i) for i in range(3)]
