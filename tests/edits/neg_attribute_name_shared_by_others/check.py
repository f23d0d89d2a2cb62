assert m.TOTAL == 12
assert m.LOG is log == [1, "mine"] or m.LOG is log
assert m.b is b and b.log == [1]
