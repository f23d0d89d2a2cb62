from m import P
p = P(); p.x = 1
