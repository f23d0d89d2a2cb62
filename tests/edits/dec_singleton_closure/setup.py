import m
from m import Config
c = Config(5)
