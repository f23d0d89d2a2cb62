assert a(1) == 11 and b(2) == 20
