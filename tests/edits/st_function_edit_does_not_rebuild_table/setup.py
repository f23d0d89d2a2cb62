import m
t = m.TABLE
t["mine"] = 1
