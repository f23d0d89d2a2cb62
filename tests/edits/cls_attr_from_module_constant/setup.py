import m
c = m.C()
m.C.seen.append(1)
