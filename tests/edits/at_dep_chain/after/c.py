import b
assert b.B.m < 10
V=b.B.m
