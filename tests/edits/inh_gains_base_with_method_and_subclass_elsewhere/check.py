assert n.d.go() == "Dnewbase"
assert n.d.who() == "base"
assert n.C is m.C and issubclass(n.D, m.C) and issubclass(n.D, m.Base)
assert n.D().go() == "Dnewbase"
