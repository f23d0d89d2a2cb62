from m import V
a, b = V(1), V(2)
assert a <= b
