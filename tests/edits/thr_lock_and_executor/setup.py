import m
assert m.submit(1).result(5) == ('old', 1)
pool = m.POOL
