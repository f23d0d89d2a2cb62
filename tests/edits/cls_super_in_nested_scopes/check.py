assert c.items() == [10, 20, "C"]
assert lazy() == [1, 2, 2]
