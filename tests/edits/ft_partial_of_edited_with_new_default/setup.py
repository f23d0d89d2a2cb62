import m
from m import square
t = m.TABLE
