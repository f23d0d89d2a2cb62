assert m.B().who() == "bAR" and b.who() == "bAR" and m.A().who() == "AR"
assert a.who() == "AR" and isinstance(b, m.Root) and isinstance(a, m.A)
