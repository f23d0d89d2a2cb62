assert m.P.RW is rw and r in rw and d[m.P.RW]=='both'
assert m.P.X.value == 4 and m.P.RWX.value == 7
assert (rw | m.P.X) is m.P.RWX
assert list(m.P.RWX)==[m.P.R,m.P.W,m.P.X]
assert ~m.P.X == rw, ~m.P.X
