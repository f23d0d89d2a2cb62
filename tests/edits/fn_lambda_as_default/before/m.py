def order(items, key=lambda item: item):
    return sorted(items, key=key)
