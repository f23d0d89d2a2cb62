import m
from m import f,g
f(1);f(2);g(1)
