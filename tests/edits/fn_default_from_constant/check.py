assert f() == (9, 9)
