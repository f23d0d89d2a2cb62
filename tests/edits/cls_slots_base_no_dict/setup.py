import m
s=m.S(); h=s.go
