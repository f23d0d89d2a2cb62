assert m.current() == ("new", "mine")
assert m.REQUEST is var and m.RNG is rng and rng.random() != first
assert m.thing.label == "x" and m.FINAL == []
var.reset(token)
assert m.current() == ("new", "none")
