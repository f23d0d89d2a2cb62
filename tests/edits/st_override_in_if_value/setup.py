import m
from m import f
assert (m.X,m.f(),m.Y)==(2,'two',3)
