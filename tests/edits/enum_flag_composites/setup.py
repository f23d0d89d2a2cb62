import m
r, rw = m.P.R, m.P.R | m.P.W
