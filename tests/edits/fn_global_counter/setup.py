import m
m.bump()
