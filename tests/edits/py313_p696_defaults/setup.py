import m
b=m.Box()
