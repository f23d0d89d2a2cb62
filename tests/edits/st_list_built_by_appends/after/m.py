ITEMS = []
ITEMS.append('a')
ITEMS.append('b')
ITEMS.append('c')
