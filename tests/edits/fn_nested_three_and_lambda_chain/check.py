assert c(3) == [1, 2, 3]
assert h(1) == 300
