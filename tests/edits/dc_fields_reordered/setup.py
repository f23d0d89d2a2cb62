from m import P
p = P(1, 2)
