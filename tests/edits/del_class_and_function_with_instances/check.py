assert not hasattr(m, 'A') and a.f() == 'A' and isinstance(a, A)
