assert make(3)(2) == 6 and old(1) == 2
