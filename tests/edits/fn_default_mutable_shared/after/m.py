def f(x, acc=[], *, tail=None):
    acc.append(x*10)
    return acc
