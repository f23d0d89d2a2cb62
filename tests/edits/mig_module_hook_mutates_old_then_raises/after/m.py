ITEMS = [1, {'k': [2]}]
Y = 1
def __migrate_module__(old):
    old['ITEMS'].append(3)
    old['ITEMS'][1]['k'].append(4)
    raise RuntimeError('x')
