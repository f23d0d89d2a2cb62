# refused
assert m.ITEMS is items and items == [1, {'k': [2]}] and not hasattr(m, 'Y')
