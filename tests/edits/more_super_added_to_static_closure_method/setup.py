import m
c = m.C()
go = c.go
