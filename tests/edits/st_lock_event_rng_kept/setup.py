import m
objs = (m.LOCK, m.EV, m.RNG, m.VAR, m.IDS, m.CACHE)
m.LOCK.acquire(); m.EV.set(); next(m.IDS); m.VAR.set(5)
