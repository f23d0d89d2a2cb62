from m import C
a = C.A
