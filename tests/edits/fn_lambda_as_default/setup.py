from m import order
assert order([1, -2]) == [-2, 1]
