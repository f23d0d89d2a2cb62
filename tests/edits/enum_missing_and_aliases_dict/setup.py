import m
a=m.E.A
assert m.E('zzz') is a
