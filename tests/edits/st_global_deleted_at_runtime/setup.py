import m
del m.A
