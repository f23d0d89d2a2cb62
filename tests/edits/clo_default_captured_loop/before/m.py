def make():
    return [lambda i=i: ('old', i) for i in range(3)]
