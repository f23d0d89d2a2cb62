import n
assert a.C is n.C and b.C is n.C
assert b.make().go() == "n"
assert c.go() in ("a", "n")
