import m
a, b = m.C(), m.C()
