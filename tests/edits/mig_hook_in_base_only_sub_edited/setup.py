import m
b,s=m.B(),m.S()
