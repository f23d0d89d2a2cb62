import m
from m import value
