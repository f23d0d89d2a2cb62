import m
from m import E
a, b = E.A, E.B
by = {a: 1}
