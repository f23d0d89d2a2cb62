assert [f() for f in fs] == [('new', 0), ('new', 1), ('new', 2)]
