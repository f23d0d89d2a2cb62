from m import C
a, b = C.A, C.B
