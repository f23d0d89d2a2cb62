assert make(1)(1) == ('f2', 2) and old(1) == ('f2', 2)
