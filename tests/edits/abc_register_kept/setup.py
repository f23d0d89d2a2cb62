import m
class Mine: pass
m.A.register(Mine)
v=m.V()
