from m import P
p = P(3)
