assert m.f() == 'new' and not hasattr(m, 'A')
