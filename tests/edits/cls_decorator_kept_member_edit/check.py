assert c.go()==('t',2) and h()==('t',2) and c.more()==('t',3), (c.go(), c.more())
