import m
c = m.C()
f = m.f
m.kept = "user"
