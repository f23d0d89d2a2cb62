assert p.x==('v',1) and raises(ValueError,setattr,p,'x',1)
p.x='s'
assert p.x==('v','s')
del p.x
assert raises(AttributeError, lambda: p.x)
