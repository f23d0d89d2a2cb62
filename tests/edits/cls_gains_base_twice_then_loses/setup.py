import m
c = m.C()
c.kept = [1]
