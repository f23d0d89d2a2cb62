assert b.use()[1] == 10 and b.LIMIT() == 30
assert LIMIT() == 30
