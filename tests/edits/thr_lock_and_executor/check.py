assert m.submit(1).result(5) == ('new', 1) and m.POOL is pool
pool.shutdown()
