import m
p = m.P('ada l')
