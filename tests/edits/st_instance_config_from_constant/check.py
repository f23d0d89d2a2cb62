assert m.POOL.n == 4 and isinstance(m.POOL, m.Pool)
