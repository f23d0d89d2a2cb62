import operator
OPS = {'+': operator.add, 'n': lambda a, b: a - b}
def run(k, a, b):
    return OPS[k](a, b)
