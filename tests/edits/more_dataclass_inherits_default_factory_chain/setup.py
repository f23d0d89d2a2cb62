import m
c = m.C()
c.xs.append(1)
