assert (conf.LIMIT, user.LIMIT, user.DOUBLE, LIMIT, user.LOG) == (20, 20, 40, 20, [1])
