import m
from m import go
