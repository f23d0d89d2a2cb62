import m
from m import a, b
