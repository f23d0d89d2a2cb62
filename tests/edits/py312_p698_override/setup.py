import m
b=m.B(); h=b.go
