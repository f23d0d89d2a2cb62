import m
b = m.B()
go = m.B.go
