assert m.P.R is r and (r | m.P.W) is m.P.RW
assert rw is m.P.RW and m.P.R in rw
assert (rw | m.P.X) == m.P.ALL and m.P.ALL.value == 7
assert ~m.P.ALL == m.P(0)
