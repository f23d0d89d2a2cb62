assert c.go()==('W',2) and c.two()==('W',22) and h()==('W',2) and not hasattr(c,'_d'), (c.go(), h())
