assert s(1) == C.s(1) == [2, 2]
assert k(1) == c.k(1) == [("C", 2), ("C", 2)]
assert c.p == [2, 2]
