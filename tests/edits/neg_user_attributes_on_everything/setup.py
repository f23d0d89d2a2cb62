import m
m.f.mine = 1
m.C.mine = 2
m.C.patched = lambda self: "patched"
m.mine = 3
m.cached.mine = 4
c = m.C()
