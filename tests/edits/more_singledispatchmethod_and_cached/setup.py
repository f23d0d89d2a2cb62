import m
p = m.P()
conf = p.conf
