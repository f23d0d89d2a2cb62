from m import C
c = C()
s, k = C.s, c.k
