def f(x, acc=[]):
    acc.append(x)
    return acc
