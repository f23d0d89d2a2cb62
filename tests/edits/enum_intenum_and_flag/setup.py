from m import L, F
low = L.LOW
rw = F.R | F.W
