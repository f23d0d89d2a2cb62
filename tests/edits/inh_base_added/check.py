assert c.hello() == 'hello' and c.x == 1 and isinstance(c, m.Base) and m.C().hello() == 'hello' and C().hello() == 'hello'
assert isinstance(c, C) and isinstance(c, m.C) and C is m.C
