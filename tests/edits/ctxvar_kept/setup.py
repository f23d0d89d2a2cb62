import m
tok=m.V.set(9); v=m.V
