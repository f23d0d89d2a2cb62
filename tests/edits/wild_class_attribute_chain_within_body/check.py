assert (x.a, x.b, x.c, x.go(), x.state) == (10, 11, 12, 12, [1])
