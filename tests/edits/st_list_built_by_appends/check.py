assert m.ITEMS == ['a', 'b', 'mine', 'c']
