import m
c=m.C()
assert c.foo()==('foo',1)
