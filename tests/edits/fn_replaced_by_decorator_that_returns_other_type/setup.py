import m
from m import f
held = [f]
