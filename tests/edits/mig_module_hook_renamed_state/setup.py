import m
m.hit(); m.hit()
