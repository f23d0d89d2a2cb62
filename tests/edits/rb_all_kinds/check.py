assert d.go()==('2',1,'y') and p.v()==2 and a.value==2 and hash(p)
