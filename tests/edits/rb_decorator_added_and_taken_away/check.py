assert f(1) == held[0](1) == m.f(1) == ("loud", (1, 2))
