assert x.get() == ("new", 5, 5)
assert x.more() == 7 and x.fixed == 7
assert m.make(6)().double == 12
