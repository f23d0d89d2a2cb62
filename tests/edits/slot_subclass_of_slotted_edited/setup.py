import m
q, r = m.Q(), m.R()
q.x, q.y, r.x, r.y, r.z = 1, 2, 3, 4, 5
