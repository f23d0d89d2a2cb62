# refused
assert f(1)=='i' and f('a')=='d'
