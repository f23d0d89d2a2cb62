# refused
assert m.VALUE == 1 and m.helper() == 1
