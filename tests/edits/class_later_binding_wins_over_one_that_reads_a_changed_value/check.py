assert ('method', 1) == (c.k(), m.C.seen)
