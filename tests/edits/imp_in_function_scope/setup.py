import m
assert m.run() == 'old'
