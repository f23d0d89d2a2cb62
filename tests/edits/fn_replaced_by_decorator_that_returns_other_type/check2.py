assert m.f() == ("TASK", 100) and held[0]() == ("TASK", 100) and m.g() == 4
