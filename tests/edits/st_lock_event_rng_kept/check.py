assert objs == (m.LOCK, m.EV, m.RNG, m.VAR, m.IDS, m.CACHE) and m.LOCK.locked() and m.EV.is_set() and next(m.IDS) == 1 and m.VAR.get() == 5 and m.f() == 'new'
