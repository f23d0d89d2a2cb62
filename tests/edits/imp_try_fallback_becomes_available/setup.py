import m
from m import go
assert go() == "slow"
