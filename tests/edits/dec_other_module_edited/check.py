assert f(1) == m.f(1) == ('LOUD', 1)
