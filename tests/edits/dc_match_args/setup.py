from m import P, kind
p = P(0, 3)
