assert f() == (2, 20)
