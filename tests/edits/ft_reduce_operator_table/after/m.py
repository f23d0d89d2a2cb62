import operator
OPS = {'+': operator.add, 'n': lambda a, b: b - a}
def run(k, a, b):
    return OPS[k](a, b)
