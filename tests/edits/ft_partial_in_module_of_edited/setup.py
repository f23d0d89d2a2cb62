import m
from m import add1
