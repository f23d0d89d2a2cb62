def account():
    total = 0
    def add(x):
        nonlocal total
        total += x * 2
    def get():
        return ('t', total)
    return add, get
