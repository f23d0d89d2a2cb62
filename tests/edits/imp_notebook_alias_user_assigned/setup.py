import m
from m import LIMIT as L, NAME
mine = 10
limit = m.LIMIT
NAME = 'a'
