import a, m
c = m.C()
