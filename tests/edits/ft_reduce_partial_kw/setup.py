import m
from m import g
t=m.TABLE
