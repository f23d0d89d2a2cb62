import m
from m import compute
