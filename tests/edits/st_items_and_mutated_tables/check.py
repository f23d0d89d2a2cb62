assert (m.LEVEL, m.OTHER, m.COUNT) == (50, 20, 2)
assert m.STATE is state and state["mine"] == [1]
