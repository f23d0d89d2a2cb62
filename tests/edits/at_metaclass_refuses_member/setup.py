import m
c = m.C()
m.TABLE["mine"] = 1
