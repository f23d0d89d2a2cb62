assert ns.b.L==8
import ns.c
assert ns.c.M==9
