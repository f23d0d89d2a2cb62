import m
kept, other, pool = m.KEPT, m.OTHER, m.POOL
m.OTHER.note = 1
pool.slots[0] = "mine"
