import m
b = m.B(); held = b.go
