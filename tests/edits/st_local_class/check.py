assert i.go()==('new',2) and j.go()==('new',1) and m.mk(3)().more()==('new',3)
