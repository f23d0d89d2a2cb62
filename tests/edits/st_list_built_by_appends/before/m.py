ITEMS = []
ITEMS.append('a')
ITEMS.append('b')
