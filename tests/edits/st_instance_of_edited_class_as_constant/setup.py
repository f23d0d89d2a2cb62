import m
from m import CONFIG
other = m.OTHER
