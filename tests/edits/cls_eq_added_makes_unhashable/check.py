assert v == V(1)
assert raises(TypeError, hash, v)
