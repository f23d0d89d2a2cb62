import m
o=m.Out(); i=o.In()
