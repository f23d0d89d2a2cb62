import m
del m.A
m.EXTRA=5
