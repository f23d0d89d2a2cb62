assert m.POOL.n == 200
