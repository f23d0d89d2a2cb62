e=copy.deepcopy(c)
assert type(e) is m.C and e.xs==[1] and e.xs is not c.xs
