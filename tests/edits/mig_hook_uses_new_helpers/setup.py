import m
p = m.P(2)
