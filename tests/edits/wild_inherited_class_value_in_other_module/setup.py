import base, m
s = m.Sub()
