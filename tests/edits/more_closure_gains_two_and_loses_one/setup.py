import m
inner, other = m.make(1, 2)
