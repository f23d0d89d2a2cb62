import m
low,high=m.L.LOW,m.L.HIGH
d={high:'h'}
