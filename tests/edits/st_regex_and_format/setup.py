import m
from m import RX
