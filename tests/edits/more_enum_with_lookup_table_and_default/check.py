assert m.pick() == 10 and low.rank == 0 and m.Level.HIGH.rank == 20 and m.Level.LOW is low
