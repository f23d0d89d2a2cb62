assert m.f(3) == -3 and m.f.calls == 3
