assert c.go()==('m',1) and not hasattr(c,'h') and h(5) in (('c',5),('m',5))
