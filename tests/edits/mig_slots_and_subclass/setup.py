import m
p, q = m.P(1), m.Q(2)
q.extra = 9
