assert f() == 42
