assert isinstance(i, P) and i.a() == 2
