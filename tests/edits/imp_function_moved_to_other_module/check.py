assert f(1) == 101 and a.helper is b.helper
