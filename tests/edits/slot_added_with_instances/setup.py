import m, n
p = m.P(1)
held = [p, {"k": p}]
