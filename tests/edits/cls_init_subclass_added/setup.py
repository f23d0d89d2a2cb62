import m
s=m.S()
