assert c.a==1
c.b=2
assert c.b==2
del c.b
assert not hasattr(c,'b')
