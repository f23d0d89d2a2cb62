assert make() == C.make() == ["own", "base", "C"]
assert c.size == 11
