def order(items, key=lambda item: abs(item)):
    return sorted(items, key=key)
