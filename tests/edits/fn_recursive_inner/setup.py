from m import walker
w = walker([[], [[]]])
assert w() == 4
