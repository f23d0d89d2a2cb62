from m import C
a, b = C.A, C.B
d = {a: 1, b: 2}
