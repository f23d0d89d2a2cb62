import m
c=m.C(); h=c.go
assert c.go()==('t',1)
