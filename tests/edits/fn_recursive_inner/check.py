assert w() == 40
assert walker([])() == 10
