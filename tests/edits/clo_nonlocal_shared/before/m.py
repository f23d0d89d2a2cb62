def account():
    total = 0
    def add(x):
        nonlocal total
        total += x
    def get():
        return total
    return add, get
