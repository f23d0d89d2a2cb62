import m
d=m.f.__defaults__[0]; d['s']=1
