import m
s = m.Sub()
