from m import V
v = V(1)
