assert raises(TypeError, lambda: 1+n) and bool(n) and raises(TypeError, lambda: n[0])
assert raises(TypeError, lambda: 1 in n)
