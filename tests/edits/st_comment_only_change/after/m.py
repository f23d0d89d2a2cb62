# comment
N = 0  # zero
def f():
    # inside
    return 1
N += 1
