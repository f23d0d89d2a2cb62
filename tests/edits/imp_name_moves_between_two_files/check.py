assert f() == 9 and b.g() == 9 and a.LIMIT == 9
