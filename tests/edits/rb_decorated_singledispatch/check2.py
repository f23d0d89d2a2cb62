assert f('a')=='d' and f(1)=='i'
