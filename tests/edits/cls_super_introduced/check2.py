assert b.go() == 'b3' and m.B.go is go
