import m
from m import f
