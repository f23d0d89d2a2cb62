import m
fs = m.make()
