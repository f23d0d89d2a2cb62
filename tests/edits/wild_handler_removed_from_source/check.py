assert reg.HANDLERS["a"]() == "A" and reg.HANDLERS["c"]() == "c"
assert not hasattr(m, "on_b")
