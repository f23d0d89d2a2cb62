import m
a=m.g(); next(a); b=m.g(); next(b)
