import m
from m import P
