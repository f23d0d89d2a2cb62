c.x=4
assert c.x==8
fset(c,5)
assert c.x==10
del c.x
assert m.C.log==['DEL']
prop.fset(c, 1)
assert prop.fget(c)==2
