assert f('a')=='s' and f(1)=='d', (f('a'), f(1))
