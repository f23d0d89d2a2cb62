from m import P
p = P()
