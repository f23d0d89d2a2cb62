assert f(1) == m.f(1) == ('LOUD', 1) and m.g(1) == ('LOUD', -1)
