import m
b=m.Box(1); f=m.first; A=m.Alias
