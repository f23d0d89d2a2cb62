import m
p = m.P()
