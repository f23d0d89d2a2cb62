assert c.a==('got',1)
c.b=2
assert c.b==4
del c.b
assert c.b=='deleteddeleted' or c.b=='deleted', c.b
