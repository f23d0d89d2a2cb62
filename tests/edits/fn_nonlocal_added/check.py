assert i()==('new',6)
p(2)
assert i()==('new',21)
