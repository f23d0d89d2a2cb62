assert x.balance == 0
x.balance = 3
assert x.balance == 3 and x._balance == 3
assert raises(ValueError, setattr, x, "balance", -1)
