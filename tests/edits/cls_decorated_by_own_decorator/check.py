assert c.go() == 'new' and c.more() == 1 and m.REG == [m.C] and c.tag == 'registered'
