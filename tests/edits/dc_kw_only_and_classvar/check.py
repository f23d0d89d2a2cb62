assert P.count == 1, P.count
assert p.y == 4 and p.tags == [1] and P(2).tags == [] and repr(p) == 'P(x=1, y=4)'
