import m
from m import K
k = K(1)
d = {k: "v"}
s = {k}
