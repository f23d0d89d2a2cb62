assert m.BIG == 7 and m.n == 7 and m.LINES == 1
