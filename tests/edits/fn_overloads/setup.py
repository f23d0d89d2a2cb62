import m
from m import f
keep = m.f
