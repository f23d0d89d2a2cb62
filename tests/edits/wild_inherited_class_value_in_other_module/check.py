assert (s.double, s.opts, s.go(), m.TOP) == (10, {"a": 9, "b": 2}, 5, 105)
