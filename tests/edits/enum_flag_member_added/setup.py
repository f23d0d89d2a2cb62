import m
rw = m.P.RW; r = m.P.R; d = {r|m.P.W: 'both'}
