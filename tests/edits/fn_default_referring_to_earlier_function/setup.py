import m
from m import run
