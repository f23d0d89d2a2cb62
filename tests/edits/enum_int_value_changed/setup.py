import m
low = m.L.LOW
