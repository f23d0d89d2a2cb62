assert m.L.LOW is low and m.L.HIGH==3 and m.L.MID==2 and m.is_high(m.L.HIGH) and not m.is_high(m.L.MID) and isinstance(high, m.L) and m.L(3) is m.L.HIGH
