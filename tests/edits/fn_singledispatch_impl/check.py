assert [f(1),f(1.0),f('a'),f(None),f(b'')]==['i2','f2','s2','d2','user'], [f(1),f(1.0),f('a'),f(None),f(b'')]
