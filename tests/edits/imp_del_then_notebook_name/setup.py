import m
from m import K,f
mine=K
