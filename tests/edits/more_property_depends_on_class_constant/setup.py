import m
t = m.Temp(10)
t2 = m.Temp(1)
t2.FACTOR = 7
