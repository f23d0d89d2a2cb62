assert m.make().go() == "slow" and m.make().more() == 1
assert i.go() == "slow" and isinstance(i, m.Impl)
