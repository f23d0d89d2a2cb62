ITEMS = set()
def add(x):
    ITEMS.add(x)
