import m
b=m.Box(); h=b.kind; f=m.f
