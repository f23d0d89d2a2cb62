assert old(1) == 104 and make(1)(1) == 104
