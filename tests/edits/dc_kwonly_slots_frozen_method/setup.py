import m
from m import P
p = P(x=1); h = hash if False else None
