assert i.show() == ("new", 1) and m.Item.made == [i]
assert m.Item().show() == ("new", 1) and len(m.Item.made) == 2
