import m
from m import A, B
a, b = A(), B()
