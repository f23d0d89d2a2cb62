import m
low = m.Level.LOW
ranks = m.RANKS
ranks["mine"] = 1
