del x
assert out==['cb2'] and [f() for f in d['k']]==['cb2','on2','cb2'] and mc(h)=='on2'
