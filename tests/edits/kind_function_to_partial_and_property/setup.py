import m
from m import go
c = m.C()
