import m
from m import first, second
